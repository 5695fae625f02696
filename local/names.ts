// What each resource of the template is called on this machine: what `Ref` and `Fn::GetAtt` answer. A resource or attribute that is not known here
// is an error: something would run otherwise than it is deployed.
import { arnOf, REGION } from "./place.ts";
import type { AttributeOf, Referred } from "./template.ts";

export type Addresses = { readonly api: string; readonly identity: string; readonly sqs: string };

/** CDK ends a logical id with eight digits that tell it apart; `IdentityQueue319168A2` is called identity-queue. */
export const nameOf = (logicalId: string): string =>
  logicalId
    .replace(/[0-9A-F]{8}$/, "")
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-")
    .toLowerCase();

export const queueUrlOf = (sqs: string, name: string): string => `${sqs}/${arnOf("sqs", name).split(":")[4]}/${name}`;

type Attributes = Readonly<Record<string, string>>;

const plain =
  (service: string, resource: string) =>
  (name: string): Attributes => ({ Ref: name, Arn: arnOf(service, `${resource}${name}`) });
const nameOnly = (name: string): Attributes => ({ Ref: name });

/** SQS tells a FIFO queue by the end of its name, and so do its clients. */
const queueNamed = (name: string, sqs: string): Attributes => ({
  Ref: queueUrlOf(sqs, name),
  Arn: arnOf("sqs", name),
  QueueName: name,
  QueueUrl: queueUrlOf(sqs, name),
});

const KINDS: Readonly<Record<string, (name: string, addresses: Addresses, written: Referred["written"]) => Attributes>> = {
  "AWS::DynamoDB::Table": plain("dynamodb", "table/"),
  "AWS::KMS::Key": plain("kms", "key/"),
  "AWS::S3::Bucket": (name) => ({ Ref: name, Arn: `arn:aws:s3:::${name}` }),
  "AWS::Cognito::UserPool": (name, { identity }) => {
    const id = `${REGION}_${name.replaceAll("-", "")}`;
    return { Ref: id, UserPoolId: id, Arn: arnOf("cognito-idp", `userpool/${id}`), ProviderURL: `${identity}/${id}` };
  },
  "AWS::Cognito::UserPoolClient": (name) => ({ Ref: `local${name.replaceAll("-", "")}` }),
  "AWS::Lambda::Function": plain("lambda", "function:"),
  "AWS::Events::EventBus": (name) => ({ ...plain("events", "event-bus/")(name), Name: name }),
  "AWS::Events::Rule": plain("events", "rule/"),
  "AWS::SQS::Queue": (name, { sqs }, { FifoQueue }) => queueNamed(FifoQueue === true ? `${name}.fifo` : name, sqs),
  "AWS::SNS::Topic": (name) => ({ Ref: arnOf("sns", name), TopicArn: arnOf("sns", name), TopicName: name }),
  "AWS::ApiGatewayV2::Api": (name, { api }) => ({ Ref: name, ApiEndpoint: api }),
  "AWS::ApiGatewayV2::Authorizer": nameOnly,
  "AWS::ApiGatewayV2::Integration": nameOnly,
  "AWS::IAM::Role": (name) => ({ Ref: name, Arn: arnOf("iam", `role/${name}`) }),
  "AWS::Logs::LogGroup": plain("logs", "log-group:"),
  "AWS::CloudTrail::Trail": plain("cloudtrail", "trail/"),
};

/** Names of one kind are told apart by what is left of the logical id, except where nothing but the template asks for them. */
const WHOLE_ID = new Set(["AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Authorizer"]);

export const namesAt =
  (addresses: Addresses): AttributeOf =>
  ({ stack, id, type, written }, attribute) => {
    const value = KINDS[type]?.(WHOLE_ID.has(type) ? id : nameOf(id), addresses, written)[attribute];
    if (value === undefined) throw new Error(`${stack} asks for ${attribute} of ${id} (${type}), which is not known on one machine`);
    return value;
  };
