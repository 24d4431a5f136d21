import type { NonEmpty } from './random.ts';
import type { Task } from './task.ts';
import { coatLength } from './tasks/coat-length.ts';
import { collarDesign } from './tasks/collar-design.ts';
import { lapelDesign } from './tasks/lapel-design.ts';
import { neckDesign } from './tasks/neck-design.ts';
import { necklineDesign } from './tasks/neckline-design.ts';
import { pantLength } from './tasks/pant-length.ts';
import { skirtLength } from './tasks/skirt-length.ts';
import { sleeveLength } from './tasks/sleeve-length.ts';

/** The eight tasks of FashionAI, with its names of the classes. */
export const TASKS: NonEmpty<Task> = [
  coatLength,
  collarDesign,
  lapelDesign,
  neckDesign,
  necklineDesign,
  pantLength,
  skirtLength,
  sleeveLength,
];
