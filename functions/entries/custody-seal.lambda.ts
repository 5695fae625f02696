// The daily seal of the custody log. The only one that writes seals.
import { sealingOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { sealCustody } from "../custody/seal.ts";
import { scheduled } from "../middleware/scheduled.ts";

const ports = sealingOf("custody-seal", environmentOf("custody-seal"));

export const handler = scheduled((isTimeUp) => sealCustody(ports, isTimeUp));
