import { relative } from 'node:path';
import type { View } from '../../../shared/extensions/view.ts';
import type { Viewer } from '../../../shared/extensions/viewer.ts';
import { bytes as formatBytes, plural } from '../../../shared/text/format.ts';
import type { ActionRecord } from '../../cache/records.ts';
import type { ContactSheet } from '../../inspect/contact-sheet.ts';
import { findPictures } from '../../inspect/find-pictures.ts';
import { describeOrigin, describeOriginBriefly, type Origin, originJson } from '../../inspect/provenance.ts';
import { describeInspection, inspectContent } from '../../inspect/registry.ts';
import { list } from '../../plan/suggest.ts';
import { type Console, openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import { foreignIn, warnOfForeign } from '../foreign-results.ts';
import { warnOfNewerRun } from '../newest-run.ts';
import type { CommonOptions } from '../options.ts';
import { originsOf, recordsOf } from '../origins.ts';
import { refer, SHORT_DIGEST } from '../reference.ts';
import { artifactsOf, bringHere, type NamedArtifact, type PresentArtifact, type Referred } from '../referred.ts';
import { withSession } from '../with-session.ts';
import { type Pictured, writeContactSheet } from './contact-sheet.ts';
import { showPictures } from './show-pictures.ts';

export interface InspectOptions extends CommonOptions {
  readonly full: boolean;
  /** The path of the contact sheet to write. */
  readonly png?: string;
  readonly force: boolean;
  /** Whether to show images in a terminal that can. */
  readonly pictures: boolean;
}

/** `pipeline inspect`: shows the content of a result and its provenance. */
export async function inspect(reference: string, options: InspectOptions): Promise<number> {
  return withSession(options, async ({ services, remote }, signal) => {
    const referred = await refer(reference, services, options);
    if (!referred.ok) return reportProblems(referred.failure, options);
    warnOfForeign(foreignIn(referred.value, services), options);
    warnOfNewerRun(reference, referred.value, services, options);
    const found = referred.value;
    const records = found.kind === 'content' ? recordsOf(found.artifact.digest, services.stores.index) : [found.record];
    const subjects: Subject[] = [];
    const elsewhere: NamedArtifact[] = [];
    for (const artifact of artifactsOf(found)) {
      // A result in the remote cache is looked at by its record: its content may be large.
      if (remote !== undefined && !(await remote.store.isHere(artifact.digest))) elsewhere.push(artifact);
      else {
        const here = await bringHere(artifact, found, services.stores);
        if (!here.ok) return reportProblems(here.failure, options);
        subjects.push(subjectOf(here.value, found, records));
      }
    }
    const pictured = await Promise.all(
      subjects.map(async ({ title, artifact, file }) => ({ title, pictures: await findPictures(artifact.path, file) })),
    );
    const sheet =
      options.png === undefined
        ? undefined
        : await writeContactSheet(pictured, options.png, options.force, services.commandLine);
    if (sheet?.ok === false) return reportProblems(sheet.failure, options);

    const console = openConsole(options);
    const view = { width: console.width, full: options.full, paint: console.paint };
    const viewers = await options.engine.extensions.viewers();
    for (const subject of subjects) await showArtifact(subject, viewers, view, console);
    showElsewhere(elsewhere, found, console);
    showOrigins(await originsOf(records, services), view, console);
    if (sheet !== undefined) showSheet(options.png ?? '', sheet.value, console);
    else {
      if (options.pictures && !options.json) await showPictures(pictured, console, signal);
      suggestSheet(pictured, console);
    }
    return EXIT.ok;
  });
}

/** An artifact with its displayed name. */
interface Subject {
  readonly artifact: PresentArtifact;
  readonly title: string;
  readonly stage?: string;
  /** The file name that the stage declares for it. */
  readonly file: string;
}

function subjectOf(artifact: PresentArtifact, referred: Referred, [record]: readonly ActionRecord[]): Subject {
  if (referred.kind === 'content') {
    const stored = Object.values(record?.outputs ?? {}).find(({ digest }) => digest === artifact.digest);
    return { artifact, title: artifact.digest.slice(0, SHORT_DIGEST), file: stored?.file ?? artifact.file };
  }
  const { stage } = referred;
  return { artifact, title: `${stage}.${artifact.name}`, stage, file: artifact.file };
}

/** Shows what the record of a result says of the outputs whose content is in the remote cache alone. */
function showElsewhere(artifacts: readonly NamedArtifact[], referred: Referred, console: Console): void {
  if (artifacts.length === 0 || referred.kind === 'content') return;
  const { stage, record } = referred;
  for (const { name, digest } of artifacts) {
    const stored = record.outputs[name];
    if (stored === undefined) continue;
    const { kind, files, bytes } = stored;
    console.printJson({ type: 'artifact', stage, name, digest, where: 'remote', kind, files, bytes });
    const size = kind === 'file' ? formatBytes(bytes) : `${plural(files, 'file')}, ${formatBytes(bytes)}`;
    const title = `${console.paint('bold', `${stage}.${name}`)}  ${console.paint('dim', digest.slice(0, SHORT_DIGEST))}`;
    console.print(`${title}\n${size}, in the remote cache\n`);
  }
  const command = console.commandLine('cache', 'pull', stage);
  console.print(`${console.paint('cyan', '→')} ${command}\n  downloads the content, which this command then shows\n`);
}

async function showArtifact(
  { artifact, title, stage, file }: Subject,
  viewers: readonly Viewer[],
  view: View,
  console: Console,
): Promise<void> {
  const found = await inspectContent(artifact.path, file, viewers);
  console.printJson({
    type: 'artifact',
    ...artifact,
    ...(stage !== undefined && { stage }),
    content: found.content,
  });
  const digest = artifact.digest.slice(0, SHORT_DIGEST);
  const head = title === digest ? [] : [`  ${view.paint('dim', digest)}`];
  const lines = [
    [view.paint('bold', title), ...head].join(''),
    view.paint('dim', shortest(artifact.path)),
    ...describeInspection(found, view),
  ];
  console.print(`${lines.join('\n')}\n`);
}

function showOrigins([first, ...others]: readonly Origin[], view: View, { print, printJson }: Console): void {
  if (first === undefined) {
    print('Provenance unknown: no record in the cache refers to this content.');
    return;
  }
  for (const origin of [first, ...others]) printJson(originJson(origin));
  print([...describeOrigin(first, view), ...others.map((other) => describeOriginBriefly(other, view))].join('\n'));
}

function showSheet(file: string, sheet: ContactSheet, { print, printJson, paint }: Console): void {
  const { png: _png, ...facts } = sheet;
  printJson({ type: 'contact-sheet', file, ...facts });
  print(`\n${paint('cyan', '→')} ${file}: ${plural(sheet.shown, 'image')}, ${sheet.width} × ${sheet.height} pixels`);
  if (sheet.unreadable.length > 0) print(`${paint('red', '✗')} cannot be read as images: ${list(sheet.unreadable)}`);
}

/** Prints the command that draws a contact sheet. */
function suggestSheet(pictured: readonly Pictured[], { print, paint, commandLine }: Console): void {
  const drawable = pictured.find(({ pictures }) => pictures !== undefined);
  if (drawable?.pictures === undefined) return;
  const command = commandLine('inspect', drawable.title, '--png', 'sheet.png');
  print(`\n${paint('cyan', '→')} ${command}\n  draws ${plural(drawable.pictures.count, 'image')} as a contact sheet`);
}

function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}
