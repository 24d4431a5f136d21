import { counted } from '../../shared/wording.ts';
import { kindOf } from '../data/tables/label-kind.ts';
import type { HeadTask } from './head.ts';

/** Lists tasks with their number of classes, for example `coat_length (8), tags (5 classes at once), width (1 number)`. */
export function describeTasks(tasks: readonly HeadTask[]): string {
  return tasks.map((task) => `${task.name} (${describeLabels(task)})`).join(', ');
}

function describeLabels(task: HeadTask): string {
  switch (kindOf(task)) {
    case 'class':
      return String(task.classes);
    case 'classes':
      return `${counted(task.classes, 'class')} at once`;
    case 'ordered':
      return `${counted(task.classes, 'class')} in order`;
    case 'numbers':
      return counted(task.classes, 'number');
  }
}
