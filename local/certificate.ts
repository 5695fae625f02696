// The certificate of `npm start -- --tls`. An authority is created for one certificate and its key is not kept, so that nobody who reads the folder later can
// deceive a client that trusts the authority.
import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import forge from "node-forge";
import { makePrivateFolder, writePrivately } from "./state.ts";

export type ServerCertificate = {
  readonly key: string;
  readonly cert: string;
  /** The file that clients have to trust. */
  readonly caFile: string;
};

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
/** Apple's platforms accept 825 days at most. Source: Apple, "Requirements for trusted certificates in iOS 13 and macOS 10.15". */
const LIFE_DAYS = 365;
/** A certificate that ends sooner is replaced at the start, so that none ends while the service runs. */
const RENEWED_DAYS = 30;

type Key = { readonly pem: string; readonly publicKey: forge.pki.rsa.PublicKey; readonly privateKey: forge.pki.rsa.PrivateKey };

/** Made by Node, which takes a fraction of the library's time. */
const newKey = (): Key => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  const key = forge.pki.privateKeyFromPem(pem);
  return { pem, privateKey: key, publicKey: forge.pki.setRsaPublicKey(key.n, key.e) };
};

const named = (commonName: string): forge.pki.CertificateField[] => [{ name: "commonName", value: commonName }];

/** Positive and unpredictable, as RFC 5280 section 4.1.2.2 asks. */
const newSerialNumber = (): string => `01${randomBytes(15).toString("hex")}`;

const certify = (
  subject: { readonly name: string; readonly key: Key },
  issuer: typeof subject,
  now: Date,
  extensions: object[],
): string => {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = subject.key.publicKey;
  certificate.serialNumber = newSerialNumber();
  certificate.validity.notBefore = now;
  certificate.validity.notAfter = new Date(now.getTime() + LIFE_DAYS * DAY_MILLISECONDS);
  certificate.setSubject(named(subject.name));
  certificate.setIssuer(named(issuer.name));
  const keyIdentifier = forge.pki.getPublicKeyFingerprint(issuer.key.publicKey, { type: "RSAPublicKey" }).getBytes();
  // Clients that check strictly, like Python 3.13, require both identifiers.
  certificate.setExtensions([...extensions, { name: "subjectKeyIdentifier" }, { name: "authorityKeyIdentifier", keyIdentifier }]);
  certificate.sign(issuer.key.privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
};

const create = (now: Date): { readonly ca: string; readonly key: string; readonly cert: string } => {
  const authority = { name: "Content Tokens on this machine", key: newKey() };
  const server = { name: "localhost", key: newKey() };
  const ca = certify(authority, authority, now, [
    { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
    { name: "keyUsage", keyCertSign: true, critical: true },
  ]);
  const cert = certify(server, authority, now, [
    { name: "basicConstraints", cA: false, critical: true },
    { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
    { name: "extKeyUsage", serverAuth: true },
    // Kinds 2 and 7 are a DNS name and an IP address.
    {
      name: "subjectAltName",
      altNames: [
        { type: 2, value: "localhost" },
        { type: 7, ip: "127.0.0.1" },
      ],
    },
  ]);
  return { ca, key: server.key.pem, cert };
};

const lasts = (cert: string, now: Date): boolean =>
  new X509Certificate(cert).validToDate.getTime() > now.getTime() + RENEWED_DAYS * DAY_MILLISECONDS;

/** Reads the certificate that an earlier start made, or makes one. Kept in `tls/` of the directory, for its owner alone. */
export const serverCertificate = (directory: string, now = new Date()): ServerCertificate => {
  const folder = join(directory, "tls");
  makePrivateFolder(folder);
  const [caFile, keyFile, certFile] = [join(folder, "ca.pem"), join(folder, "key.pem"), join(folder, "cert.pem")];
  const isKept = [caFile, keyFile, certFile].every((file) => existsSync(file)) && lasts(readFileSync(certFile, "utf8"), now);
  if (!isKept) {
    const made = create(now);
    writePrivately(caFile, made.ca);
    writePrivately(keyFile, made.key);
    writePrivately(certFile, made.cert);
  }
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8"), caFile };
};

/** Lets this process's own requests trust the authority, besides those it trusts already. */
export const trustAuthority = (caFile: string): void =>
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(caFile, "utf8")]);
