import type { Several } from './random.ts';
import type { Task } from './task.ts';
import { coatLength } from './tasks/coat-length.ts';
import { collarDesign } from './tasks/collar-design.ts';
import { lapelDesign } from './tasks/lapel-design.ts';
import { neckDesign } from './tasks/neck-design.ts';
import { necklineDesign } from './tasks/neckline-design.ts';
import { pantLength } from './tasks/pant-length.ts';
import { skirtLength } from './tasks/skirt-length.ts';
import { sleeveLength } from './tasks/sleeve-length.ts';

/** FashionAI's eight tasks, with its own names of their classes. */
export const TASKS: Several<Task> = [
  coatLength,
  collarDesign,
  lapelDesign,
  neckDesign,
  necklineDesign,
  pantLength,
  skirtLength,
  sleeveLength,
];
