// Object versions on disk, one file per version: a line of JSON, then the bytes; the index in memory is rebuilt at start.
// The file name never contains the key (it may hold "..", slashes or names that differ only in case), only its hash.
import { createHash, randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export type Version = {
  readonly key: string;
  readonly versionId: string;
  /** Grows with each write, because two writes can share a millisecond. */
  readonly sequence: number;
  readonly deleteMarker: boolean;
  readonly lastModified: string;
  readonly etag: string;
  readonly size: number;
  /** Response headers that came with the upload. */
  readonly headers: Readonly<Record<string, string>>;
};

export type Upload = {
  readonly data: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

export class Store {
  readonly #directory: string;
  readonly #buckets = new Map<string, Map<string, Version[]>>();
  #sequence = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<Store> {
    const store = new Store(directory);
    await makePrivate(directory);
    for (const bucket of await readdir(directory, { withFileTypes: true })) {
      if (bucket.isDirectory()) await store.#load(bucket.name);
    }
    return store;
  }

  /** Newest first; empty when the key was never written. */
  versions(bucket: string, key: string): readonly Version[] {
    return this.#buckets.get(bucket)?.get(key) ?? [];
  }

  /** Keys in byte order, as S3 lists them. */
  keys(bucket: string): string[] {
    return [...(this.#buckets.get(bucket)?.keys() ?? [])].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  /** Without an upload the new version is a delete marker. */
  async add(bucket: string, key: string, now: Date, upload?: Upload): Promise<Version> {
    const data = upload?.data ?? Buffer.alloc(0);
    this.#sequence += 1;
    const version: Version = {
      key,
      versionId: randomBytes(16).toString("hex"),
      sequence: this.#sequence,
      deleteMarker: upload === undefined,
      lastModified: now.toISOString(),
      etag: upload === undefined ? "" : `"${createHash("md5").update(data).digest("hex")}"`,
      size: data.length,
      headers: upload?.headers ?? {},
    };
    const path = this.#path(bucket, version);
    await makePrivate(join(this.#directory, bucket));
    // Renamed when complete: a crash leaves a whole version or none.
    await writeFile(`${path}.part`, Buffer.concat([Buffer.from(`${JSON.stringify(version)}\n`), data]), { mode: 0o600 });
    await rename(`${path}.part`, path);
    this.#remember(bucket, version);
    return version;
  }

  async read(bucket: string, version: Version): Promise<Buffer> {
    const file = await readFile(this.#path(bucket, version));
    return file.subarray(file.indexOf("\n") + 1);
  }

  /** The bytes are gone from the disk before this resolves. */
  async remove(bucket: string, version: Version): Promise<void> {
    await rm(this.#path(bucket, version), { force: true });
    const keys = this.#buckets.get(bucket);
    const left = (keys?.get(version.key) ?? []).filter((other) => other.versionId !== version.versionId);
    if (left.length === 0) keys?.delete(version.key);
    else keys?.set(version.key, left);
  }

  #path(bucket: string, version: Version): string {
    return join(this.#directory, bucket, `${createHash("sha256").update(version.key).digest("hex")}.${version.versionId}`);
  }

  #remember(bucket: string, version: Version): void {
    const keys = this.#buckets.get(bucket) ?? new Map<string, Version[]>();
    this.#buckets.set(bucket, keys);
    // Two uploads of one key can finish in the other order, so the place follows the sequence.
    keys.set(
      version.key,
      [...(keys.get(version.key) ?? []), version].sort((a, b) => b.sequence - a.sequence),
    );
  }

  async #load(bucket: string): Promise<void> {
    for (const name of await readdir(join(this.#directory, bucket))) {
      const path = join(this.#directory, bucket, name);
      if (name.endsWith(".part")) {
        await rm(path, { force: true });
        continue;
      }
      if (!/^[0-9a-f]{64}\.[0-9a-f]{32}$/.test(name)) continue;
      const file = await readFile(path);
      const version: Version = JSON.parse(file.toString("utf8", 0, file.indexOf("\n")));
      this.#sequence = Math.max(this.#sequence, version.sequence);
      this.#remember(bucket, version);
    }
  }
}

/** The mode given to mkdir applies only to a directory that it creates. */
const makePrivate = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
};
