// A Lambda function of this service: its bundle, exactly the variables its entry reads, and an alarm that says who is hurt when it fails.
import { Duration } from "aws-cdk-lib";
import { Architecture, Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { Env, FunctionName } from "../functions/contract/env.ts";
import type { Alarms, Severity } from "./alarms.ts";
import { bundleOf } from "./bundle.ts";

export type ServiceFunctionProps<Name extends FunctionName> = {
  readonly name: Name;
  readonly environment: Env<Name>;
  readonly alarms: Alarms;
  /** Severity of its failures. */
  readonly severity: Severity;
  /** The impact of a failure on users, as a sentence. */
  readonly impact: string;
  readonly timeout: Duration;
  readonly memoryMegabytes?: number;
};

export class ServiceFunction<Name extends FunctionName> extends LambdaFunction {
  readonly name: Name;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps<Name>) {
    super(scope, id, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: Code.fromAsset(bundleOf(props.name)),
      environment: props.environment,
      timeout: props.timeout,
      memorySize: props.memoryMegabytes ?? 512,
      logGroup: new LogGroup(scope, `${id}Log`, { retention: RetentionDays.THREE_MONTHS }),
    });
    this.name = props.name;
    const errors = this.metricErrors({ period: Duration.minutes(5), statistic: "Sum" });
    const { severity, impact } = props;
    props.alarms.add(`${id} is failing`, { severity, happened: `The function ${props.name} failed.`, impact }, errors);
  }
}
