import { now } from '../../shared/clock.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { ActionRecord } from './records.ts';

/** Before anything was transferred, this many bytes a second are expected. */
const EXPECTED_RATE = 20e6;
/** Below this many bytes, latency decides how long a transfer takes, and says nothing about the rate. */
const TELLING = 1e6;
/** What starting a stage takes besides its own time, in seconds. */
const START_OF_A_STAGE = 1;

/** What a run has taken from the remote store and given to it. */
export class RemoteUsage {
  /** The seconds that it took to compute the results whose records were found there. */
  readonly found = new Map<ActionKey, number>();
  downloadedBytes = 0;
  uploadedResults = 0;
  uploadedBytes = 0;
  failedUploads = 0;
  /** Results that were computed here, since that takes less time than their download. */
  notWorthIt = 0;
  /** Results that were not used, since their last digits depend on a machine of another class. */
  otherMachines = 0;
  #seconds = 0;

  addFound({ key, provenance }: ActionRecord): void {
    this.found.set(key, provenance.seconds);
  }

  addDownload(bytes: number, started: number): void {
    this.downloadedBytes += bytes;
    if (bytes >= TELLING) this.#seconds += (now() - started) / 1000;
  }

  /** Returns the seconds that the download of so many bytes is expected to take. */
  expected(bytes: number): number {
    const rate = this.#seconds > 0 ? this.downloadedBytes / this.#seconds : EXPECTED_RATE;
    return bytes / rate;
  }

  /** Returns whether a download is expected to take less time than computing the result. */
  isWorthIt(bytes: number, { provenance }: ActionRecord): boolean {
    return this.expected(bytes) <= provenance.seconds + START_OF_A_STAGE;
  }
}
