// Logs and metrics.
import type { Count, Gauge } from "../contract/metrics.ts";

/** Log lines and metrics of the service. Fields contain identifiers and reasons only. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number>>): void;
  error(message: string, error: unknown, fields?: Readonly<Record<string, string | number>>): void;
  count(metric: Count, value: number): void;
  /** Its unit belongs to the metric. */
  gauge(metric: Gauge, value: number): void;
}
