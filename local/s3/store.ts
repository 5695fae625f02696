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

export type Store = {
  /** Newest first; empty when the key was never written. */
  versions(bucket: string, key: string): readonly Version[];
  /** Keys in byte order, as S3 lists them. */
  keys(bucket: string): readonly string[];
  /** Whether a version is being added under the key at this moment. */
  isAdding(bucket: string, key: string): boolean;
  /** Without an upload the new version is a delete marker. */
  add(bucket: string, key: string, now: Date, upload?: Upload): Promise<Version>;
  /** `undefined` when the version was removed since it was looked up. */
  read(bucket: string, version: Version): Promise<Buffer | undefined>;
  /** The bytes are gone from the disk before this resolves. */
  remove(bucket: string, version: Version): Promise<void>;
};

/** The mode given to mkdir applies only to a directory that it creates. */
const makePrivate = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
};

type Stored = { readonly bucket: string; readonly version: Version };

const versionIn = (file: Buffer, path: string): Version => {
  try {
    return JSON.parse(file.toString("utf8", 0, file.indexOf("\n")));
  } catch {
    throw new Error(`${path} is damaged: its first line is not JSON. Restore it or remove it, and start again.`);
  }
};

/** Every whole version in the directory; what a crash left half-written is removed. */
const storedIn = async (directory: string): Promise<readonly Stored[]> => {
  const stored: Stored[] = [];
  for (const bucket of await readdir(directory, { withFileTypes: true })) {
    for (const name of bucket.isDirectory() ? await readdir(join(directory, bucket.name)) : []) {
      const path = join(directory, bucket.name, name);
      if (name.endsWith(".part")) await rm(path, { force: true });
      if (!/^[0-9a-f]{64}\.[0-9a-f]{32}$/.test(name)) continue;
      stored.push({ bucket: bucket.name, version: versionIn(await readFile(path), path) });
    }
  }
  return stored;
};

export const openStore = async (directory: string): Promise<Store> => {
  await makePrivate(directory);
  const buckets = new Map<string, Map<string, readonly Version[]>>();
  const adding = new Set<{ readonly bucket: string; readonly key: string }>();
  let sequence = 0;

  const pathOf = (bucket: string, { key, versionId }: Version): string =>
    join(directory, bucket, `${createHash("sha256").update(key).digest("hex")}.${versionId}`);

  const remember = ({ bucket, version }: Stored): void => {
    const keys = buckets.get(bucket) ?? new Map<string, readonly Version[]>();
    buckets.set(bucket, keys);
    // Two uploads of one key can finish in the other order, so the place follows the sequence.
    const versions = [...(keys.get(version.key) ?? []), version];
    keys.set(
      version.key,
      versions.toSorted((a, b) => b.sequence - a.sequence),
    );
  };

  for (const each of await storedIn(directory)) {
    sequence = Math.max(sequence, each.version.sequence);
    remember(each);
  }

  return {
    versions: (bucket, key) => buckets.get(bucket)?.get(key) ?? [],
    keys: (bucket) => [...(buckets.get(bucket)?.keys() ?? [])].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    isAdding: (bucket, key) => [...adding].some((each) => each.bucket === bucket && each.key === key),
    async add(bucket, key, now, upload) {
      const data = upload?.data ?? Buffer.alloc(0);
      const place = { bucket, key };
      sequence += 1;
      const version: Version = {
        key,
        versionId: randomBytes(16).toString("hex"),
        sequence,
        deleteMarker: upload === undefined,
        lastModified: now.toISOString(),
        etag: upload === undefined ? "" : `"${createHash("md5").update(data).digest("hex")}"`,
        size: data.length,
        headers: upload?.headers ?? {},
      };
      const path = pathOf(bucket, version);
      adding.add(place);
      try {
        await makePrivate(join(directory, bucket));
        // Renamed when complete: a crash leaves a whole version or none.
        await writeFile(`${path}.part`, Buffer.concat([Buffer.from(`${JSON.stringify(version)}\n`), data]), { mode: 0o600 });
        await rename(`${path}.part`, path);
        remember({ bucket, version });
      } finally {
        adding.delete(place);
      }
      return version;
    },
    async read(bucket, version) {
      const file = await readFile(pathOf(bucket, version)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
      return file?.subarray(file.indexOf("\n") + 1);
    },
    async remove(bucket, version) {
      await rm(pathOf(bucket, version), { force: true });
      const keys = buckets.get(bucket);
      const left = (keys?.get(version.key) ?? []).filter(({ versionId }) => versionId !== version.versionId);
      if (left.length === 0) keys?.delete(version.key);
      else keys?.set(version.key, left);
    },
  };
};
