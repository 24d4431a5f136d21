import { describe, expect, test } from 'vitest';
import { doctor } from '../../../../src/engine/cli/commands/doctor.ts';
import type { DoctorCheck } from '../../../../src/shared/extensions/doctor-check.ts';
import { runCommand } from '../../../support/run-command.ts';

/** Runs `pipeline doctor --json` with these checks registered. */
async function examine(...checks: readonly DoctorCheck[]) {
  const { exitCode, stdout, stderr } = await runCommand(doctor, true, { doctorChecks: async () => checks });
  return { exitCode, report: JSON.parse(stdout), lines: stderr.trimEnd().split('\n') };
}

const names = (report: { findings: readonly { name: string }[] }) => report.findings.map(({ name }) => name);

describe('pipeline doctor', () => {
  test('pipeline doctor shows the machine and the cache, whatever checks are registered', async () => {
    const { exitCode, report } = await examine();
    expect(exitCode).toBe(0);
    expect(names(report)).toEqual(['node', 'machine', 'gpu', 'cache']);
    expect(report).toMatchObject({ ok: true, findings: { 3: { found: '/project/cache' } } });
  });

  test('pipeline doctor runs the registered checks on the project, and lists their findings in order', async () => {
    const oven: DoctorCheck = {
      run: async (root) => [
        { name: 'oven', ok: true, found: `200 °C in ${root}` },
        { name: 'grill', ok: true, found: 'none' },
      ],
    };
    const fridge: DoctorCheck = { run: async () => [{ name: 'fridge', ok: true, found: '4 °C' }] };
    const { exitCode, report, lines } = await examine(oven, fridge);
    expect(exitCode).toBe(0);
    expect(names(report)).toEqual(['node', 'machine', 'gpu', 'oven', 'grill', 'fridge', 'cache']);
    expect(lines).toContain('✓  oven     200 °C in /project');
  });

  test('pipeline doctor exits with 2 and gives advice when a registered check fails', async () => {
    const finding = { name: 'oven', ok: false, found: 'cold', advice: 'Switch it on.' };
    const { exitCode, report, lines } = await examine({ run: async () => [finding] });
    expect(exitCode).toBe(2);
    expect(report).toMatchObject({ ok: false, findings: { 3: finding } });
    expect(lines).toContain('✗  oven     cold');
    expect(lines.at(-1)).toBe('→ Switch it on.');
  });
});
