import { join } from 'node:path';
import type { ReportArtifact } from '../../../shared/extensions/report.ts';
import { readJsonFile } from '../../../shared/json-file.ts';
import { statsOf } from '../../../shared/paths-below.ts';
import type { Result } from '../../../shared/problem.ts';
import { elementSchema, type StageElement } from './element-schema.ts';

const FILE = 'report.json';

/** The file of an element, and the folder of its images if the output is one. */
export interface ElementFile {
  readonly artifact: ReportArtifact;
  readonly path: string;
  readonly bytes: number;
  readonly folder: string | undefined;
}

/** Finds the outputs with which stages add to the report: files `report.json`, and folders that have one. */
export function elementFiles(artifacts: readonly ReportArtifact[]): readonly ElementFile[] {
  return artifacts.flatMap((artifact) => {
    const isFolder = artifact.kind === 'directory';
    if (!isFolder && artifact.file !== FILE && !artifact.file.endsWith(`.${FILE}`)) return [];
    const path = isFolder ? join(artifact.path, FILE) : artifact.path;
    const bytes = statsOf(path)?.size;
    return bytes === undefined ? [] : [{ artifact, path, bytes, folder: isFolder ? artifact.path : undefined }];
  });
}

export function readElement({ path }: ElementFile): Promise<Result<StageElement>> {
  return readJsonFile<StageElement>(
    path,
    elementSchema,
    {
      unreadable: 'it cannot be read',
      misshapen: 'it does not have the shape of an element',
      called: FILE,
      advice:
        'Correct the stage that writes it: docs/reference/report.md lists the keys, and JSON has null, but no NaN. If it is not meant for this page, give the file another name.',
    },
    'reportElement',
  );
}
