import { canonicalJson, type Digest, sha256 } from './digest.ts';
import type { FileDigests } from './file-digests.ts';
import type { Listings } from './listings.ts';
import type { PackageGraph } from './package-graph.ts';
import type { PackageClosure } from './packages.ts';
import type { Sealed, Seals } from './seals.ts';

/** The packages that a stage reaches. */
export interface StagePackages extends Pick<PackageClosure, 'identities' | 'folders'> {
  /** What determines them: the keys of seals. */
  readonly seals: readonly Digest[];
}

/** A stage's imports of packages with what they led to. */
export interface KnownImports extends StagePackages {
  readonly externals: Readonly<Record<string, string>>;
}

/** Reads the packages of stages, and seals them for the next run. Stages share most packages, so each is sealed once. */
export class SealedPackages {
  readonly #seals: Seals;
  readonly #digests: FileDigests;
  readonly #listings: Listings;
  readonly #covered: ReadonlySet<string>;
  readonly #sealed: Map<Digest, Sealed>;
  /** Those that have been checked in this run. */
  readonly #unchanged = new Map<Digest, boolean>();
  #graph: PackageGraph | undefined;
  /** Whether seals have been added or renewed. */
  changed = false;

  /** `covered`: names of the packages whose native parts runtime facts stand for. `sealed`: of the last run. */
  constructor(
    services: { readonly seals: Seals; readonly digests: FileDigests; readonly listings: Listings },
    covered: ReadonlySet<string>,
    sealed: readonly (readonly [Digest, Sealed])[],
  ) {
    this.#seals = services.seals;
    this.#digests = services.digests;
    this.#listings = services.listings;
    this.#covered = covered;
    this.#sealed = new Map(sealed);
  }

  /** Returns whether the packages with these seals are unchanged. Each is looked at once a run. */
  hold(seals: readonly Digest[]): boolean {
    return seals.every((id) => {
      const holds = this.#unchanged.get(id) ?? this.#check(id);
      this.#unchanged.set(id, holds);
      return holds;
    });
  }

  /** Has the packages looked at again: some time has passed in this run. */
  recheck(): void {
    this.#unchanged.clear();
  }

  /**
   * Returns the packages to which the imports of a stage lead.
   *
   * @param externals the specifier of each import → the absolute path of the file.
   * @param known what was found out before. It is used if the packages have not changed since.
   */
  async of(externals: KnownImports['externals'], known: Iterable<KnownImports>): Promise<StagePackages> {
    const wanted = canonicalJson(externals);
    for (const { externals: imported, identities, folders, seals } of known) {
      if (canonicalJson(imported) === wanted && this.hold(seals)) return { identities, folders, seals };
    }
    const [packages, graph] = await Promise.all([import('./packages.ts'), import('./package-graph.ts')]);
    this.#graph ??= new graph.PackageGraph();
    const services = { graph: this.#graph, digests: this.#digests, covered: this.#covered };
    const { identities, folders, listings, watched } = await packages.closePackages(externals, services);
    for (const [id, text] of Object.entries(listings)) {
      const identity = identities[id];
      if (identity !== undefined) this.#listings.keepText(identity, text);
    }
    this.#seals.clear();
    const seals = watched.map((paths) => {
      const sealed = this.#seals.seal(paths);
      const id = sha256([sealed.content, ...paths.files, ...paths.directories].join('\n'));
      this.#sealed.set(id, sealed);
      this.#unchanged.set(id, true);
      this.changed = true;
      return id;
    });
    return { identities, folders, seals };
  }

  /** Returns the files that determine the packages with these seals. */
  filesOf(seals: readonly Digest[]): readonly string[] {
    return seals.flatMap((id) => this.#sealed.get(id)?.files ?? []);
  }

  /** Returns whether none of the packages with these seals has changed since `time`, in nanoseconds. */
  areOlder(seals: readonly Digest[], time: bigint): boolean {
    return seals.every((id) => {
      const sealed = this.#sealed.get(id);
      return sealed !== undefined && this.#seals.areOlder(sealed, time);
    });
  }

  /** Forgets what was read of packages that have changed since. */
  readAnew(): void {
    this.#graph = undefined;
  }

  /** Returns the seals to keep for the next run. */
  only(used: ReadonlySet<Digest>): (readonly [Digest, Sealed])[] {
    return [...this.#sealed].filter(([id]) => used.has(id));
  }

  #check(id: Digest): boolean {
    const before = this.#sealed.get(id);
    const now = before && this.#seals.check(before);
    if (now !== undefined && now !== before) {
      this.#sealed.set(id, now);
      this.changed = true;
    }
    return now !== undefined;
  }
}
