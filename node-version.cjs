// Preloaded by the npm scripts, ahead of any TypeScript, since an older Node would only report an unknown file extension. ES5, so that every Node runs it.
"use strict";

var REQUIRED = [24, 5];

var version = process.versions.node;
var major = Number(version.split(".")[0]);
var minor = Number(version.split(".")[1]);

if (major < REQUIRED[0] || (major === REQUIRED[0] && minor < REQUIRED[1])) {
  console.error(
    "Node " +
      REQUIRED.join(".") +
      " or later is needed, and this is Node " +
      version +
      ": " +
      (process.platform === "darwin"
        ? 'install it (from https://nodejs.org, or with "brew install node@24"), put it first on PATH and try again.'
        : 'run "npm ci" without --omit=optional, which installs it here for Linux and for Windows on x64, or put one from https://nodejs.org first on PATH.'),
  );
  process.exit(1);
}
