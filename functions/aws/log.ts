// Structured logs and metrics, by AWS's own library. Callers pass identifiers and reasons; this file adds nothing of a request.
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRICS_NAMESPACE } from "../env.ts";
import type { Log } from "../ports.ts";

export const logAs = (serviceName: string): Log => {
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    error: (message, error, fields = {}) => logger.error(message, { ...fields, ...(error instanceof Error ? { error } : {}) }),
    count(metric, value) {
      metrics.addMetric(metric, MetricUnit.Count, value);
      metrics.publishStoredMetrics();
    },
  };
};
