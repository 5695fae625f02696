// Those who can sign in on one machine: kept in one file that only its owner reads, passwords as salted scrypt hashes, codes and refresh tokens hashed.
import { createHash, randomBytes, randomInt, randomUUID, scrypt, timingSafeEqual } from "node:crypto";
import { dirname } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { readKept, startOverAdvice, writePrivately } from "../state.ts";

const Person = z.object({
  sub: z.string(),
  email: z.string(),
  enabled: z.boolean(),
  status: z.enum(["FORCE_CHANGE_PASSWORD", "CONFIRMED", "RESET_REQUIRED"]),
  password: z.object({ salt: z.string(), hash: z.string() }),
  /** When a temporary password ends. */
  temporaryUntil: z.number().optional(),
  code: z.object({ hash: z.string(), endsAt: z.number(), tries: z.int() }).optional(),
  createdAt: z.number(),
  modifiedAt: z.number(),
});
export type Person = z.infer<typeof Person>;

const Refresh = z.object({ hash: z.string(), sub: z.string(), authTime: z.number(), endsAt: z.number() });
const Kept = z.object({ key: z.record(z.string(), z.unknown()).optional(), people: z.array(Person), refresh: z.array(Refresh) });

const hashed = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH_BYTES = 32;
/** TemporaryPasswordValidityDays of a pool that does not say: seven. */
const TEMPORARY_SECONDS = 7 * 24 * 60 * 60;
const CODE_MILLISECONDS = 60 * 60 * 1000;
const CODE_TRIES = 5;
const REFRESH_SECONDS = 30 * 24 * 60 * 60;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
const seconds = (): number => Math.floor(Date.now() / 1000);

const hashOf = async (password: string, salt = randomBytes(16)): Promise<Person["password"]> => ({
  salt: salt.toString("hex"),
  hash: (await hashed(password, salt, HASH_BYTES)).toString("hex"),
});

/** Compared with when there is nobody of that name, so that the time does not tell. */
const NOBODY: Person["password"] = { salt: "00".repeat(16), hash: "00".repeat(HASH_BYTES) };

/** Opens the file, or begins it. `key` is the signing key's private JWK, kept with the people it signs for. */
export const openPeople = (file: string) => {
  const kept = readKept(file, Kept, startOverAdvice(dirname(file))) ?? Kept.parse({ people: [], refresh: [] });
  const save = (): void => writePrivately(file, JSON.stringify(kept));
  const touch = (person: Person): void => {
    person.modifiedAt = seconds();
    save();
  };

  return {
    key: () => kept.key,
    keepKey(key: Record<string, unknown>): void {
      kept.key = key;
      save();
    },

    /** By e-mail, in any case of letters, or by subject. */
    find: (name: string): Person | undefined => kept.people.find(({ email, sub }) => email === name.toLowerCase() || sub === name),

    async create(email: string, password: string): Promise<Person> {
      const now = seconds();
      const person: Person = {
        sub: randomUUID(),
        email: email.toLowerCase(),
        enabled: true,
        status: "FORCE_CHANGE_PASSWORD",
        password: NOBODY,
        temporaryUntil: now + TEMPORARY_SECONDS,
        createdAt: now,
        modifiedAt: now,
      };
      // At once, before the wait: of two who are made under one address at the same moment, the second one finds the first.
      kept.people.push(person);
      person.password = await hashOf(password);
      save();
      return person;
    },

    async isPassword(person: Person | undefined, password: string): Promise<boolean> {
      const { salt, hash } = person?.password ?? NOBODY;
      const given = await hashOf(password, Buffer.from(salt, "hex"));
      return timingSafeEqual(Buffer.from(given.hash, "hex"), Buffer.from(hash, "hex")) && person !== undefined;
    },

    async setPassword(person: Person, password: string, status: Person["status"]): Promise<void> {
      person.password = await hashOf(password);
      person.status = status;
      delete person.code;
      if (status === "FORCE_CHANGE_PASSWORD") person.temporaryUntil = seconds() + TEMPORARY_SECONDS;
      else delete person.temporaryUntil;
      touch(person);
    },

    isTemporaryOver: ({ temporaryUntil }: Person): boolean => temporaryUntil !== undefined && temporaryUntil < seconds(),

    setEnabled(person: Person, enabled: boolean): void {
      person.enabled = enabled;
      touch(person);
    },

    remove(person: Person): void {
      kept.people = kept.people.filter(({ sub }) => sub !== person.sub);
      kept.refresh = kept.refresh.filter(({ sub }) => sub !== person.sub);
      save();
    },

    /** A code that sets a new password, for an hour. */
    newCode(person: Person, status = person.status): string {
      const code = String(randomInt(1_000_000)).padStart(6, "0");
      person.code = { hash: digest(code), endsAt: Date.now() + CODE_MILLISECONDS, tries: 0 };
      person.status = status;
      touch(person);
      return code;
    },

    /** One of a few tries: a six-digit code is guessed by who may try for ever. */
    tryCode(person: Person, code: string): "right" | "wrong" | "ended" {
      const known = person.code;
      if (known === undefined || known.endsAt < Date.now() || known.tries >= CODE_TRIES) return "ended";
      known.tries += 1;
      save();
      return known.hash === digest(code) ? "right" : "wrong";
    },

    newRefreshToken({ sub }: Person, authTime: number): string {
      const token = randomBytes(48).toString("base64url");
      kept.refresh = kept.refresh.filter(({ endsAt }) => endsAt > seconds());
      kept.refresh.push({ hash: digest(token), sub, authTime, endsAt: seconds() + REFRESH_SECONDS });
      save();
      return token;
    },

    /** Who it signs in, and when they last did so themselves: refreshing is no sign-in. */
    findRefreshToken: (token: string): { sub: string; authTime: number } | undefined =>
      kept.refresh.find(({ hash, endsAt }) => hash === digest(token) && endsAt > seconds()),
  };
};

export type LocalPeople = ReturnType<typeof openPeople>;
