import { parseDocument } from 'yaml';
import { readText } from '../../shared/read-file.ts';
import type { CommonOptions } from './options.ts';
import { findProject } from './project.ts';

/** Returns the name that the pipeline file of a command line gives, which may be invalid; undefined if it has none. */
export function readPipelineName(options: CommonOptions): string | undefined {
  const text = readText(findProject(options).file, 'pipelineFile', 'follow');
  if (!text.ok) return undefined;
  try {
    const name: unknown = parseDocument(text.value, { strict: false, logLevel: 'silent' }).get('name');
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
