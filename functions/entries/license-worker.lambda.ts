// Does what MDM servers asked for, location by location; and ends what could not be done after all attempts.
import { environmentOf } from "../aws/environment.ts";
import { workPortsOf } from "../aws/serving-mdm.ts";
import { doWork, giveUpWork } from "../device-api/jobs/run-job.ts";
import { batch } from "../middleware/batch.ts";

const env = environmentOf("license-worker");
const ports = workPortsOf(env);

export const handler = batch(
  (order, isTimeUp, { queue }) => (queue === env.WORK_DEAD_LETTERS_ARN ? giveUpWork(order, ports) : doWork(order, ports, isTimeUp)),
  ports.log,
);
