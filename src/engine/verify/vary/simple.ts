import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxObstacle } from '../sandbox/obstacles.ts';
import { userMounts } from '../sandbox/system.ts';
import type { PossibleVariation, VariedMachine } from './variation.ts';

const USER = { name: 'varied', id: 4711 };
/** The furthest from UTC, so that the date differs, too. */
const TIME_ZONE = 'Pacific/Kiritimati';
/** `z` comes before `t`, and numbers have a decimal comma: even plain English words are sorted in another order. */
const LOCALE = 'et_EE.UTF-8';
const HOST_NAME = 'varied-host';
const UMASK = '0077';

export function home({ folder }: VariedMachine): PossibleVariation {
  const path = join(folder, 'home');
  return {
    name: 'home',
    value: 'an empty HOME',
    advice: 'Declare what the stage reads from there as an input.',
    change: () => {
      mkdirSync(path, { recursive: true });
      return { environment: { HOME: path } };
    },
  };
}

export function user({ environment, withoutSandbox }: VariedMachine): PossibleVariation {
  const name = 'user';
  const obstacle = withoutSandbox ?? sandboxObstacle(environment, { userId: USER.id });
  if (obstacle !== undefined) return { name, obstacle };
  return {
    name,
    value: `${USER.name} (${USER.id})`,
    advice: 'Leave the user out of the output.',
    change: ({ folder }) => ({
      environment: { USER: USER.name, LOGNAME: USER.name },
      sandbox: { userId: USER.id, mounts: userMounts({ ...USER, home: '/nonexistent' }, folder) },
    }),
  };
}

export function timeZone(): PossibleVariation {
  return {
    name: 'time zone',
    value: TIME_ZONE,
    advice:
      'Compute and write times in UTC (toISOString, getUTCHours). The runner sets UTC for stages, but the rules of time ' +
      'zones are those of the machine.',
    change: () => ({ environment: { TZ: TIME_ZONE } }),
  };
}

export function locale(): PossibleVariation {
  return {
    name: 'locale',
    value: LOCALE,
    advice:
      'Compare by code unit (sort() without localeCompare, LC_ALL=C sort), and format numbers and dates without the locale. ' +
      'The runner sets C.UTF-8 for stages, but what Node makes of it depends on its version.',
    change: () => ({ environment: { LANG: LOCALE, LC_ALL: LOCALE } }),
  };
}

export function hostName({ withoutSandbox }: VariedMachine): PossibleVariation {
  const name = 'host name';
  if (withoutSandbox !== undefined) return { name, obstacle: withoutSandbox };
  return {
    name,
    value: HOST_NAME,
    advice: 'Leave the host name out of the output.',
    change: () => ({ sandbox: { hostname: HOST_NAME } }),
  };
}

export function umask(): PossibleVariation {
  return {
    name: 'umask',
    value: UMASK,
    advice: 'Leave the permissions of files out of the output, in archives too (tar --mode), or set them (chmod).',
    change: () => ({ starter: ['sh', '-c', `umask ${UMASK}; exec "$@"`, 'sh'] }),
  };
}
