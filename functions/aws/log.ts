// Structured logs and metrics, by AWS's own library. Callers pass identifiers and reasons; this file adds nothing of a request.
import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { METRICS_NAMESPACE } from "../contract/env.ts";
import { GAUGES } from "../contract/metrics.ts";
import type { Log } from "../ports/log.ts";

export const logAs = (serviceName: string): Log => {
  const logger = new Logger({ serviceName });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName });
  // Each at once: what is kept back is lost with a run that ends badly.
  const write = (metric: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number): void => {
    metrics.addMetric(metric, unit, value);
    metrics.publishStoredMetrics();
  };
  return {
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    error: (message, error, fields = {}) => logger.error(message, { ...fields, ...(error instanceof Error ? { error } : {}) }),
    count: (metric, value) => write(metric, MetricUnit.Count, value),
    gauge: (metric, value) => write(metric, GAUGES[metric], value),
  };
};
