import { one } from "../cases";
import type { TestResource } from "../harness";
import { allows, type Further, leaves, refuses } from "./build";

const listener = (props: TestResource["props"]) => one("aws:lb/listener:Listener", props);
const strong = "ELBSecurityPolicy-TLS13-1-2-2021-06";
const weak = "which is not one of TLS 1.2 or later with forward secrecy";
const bucket: TestResource = { type: "aws:s3/bucket:Bucket", protect: true, props: { bucket: "b", id: "b-id" } };
const parameters = (family: string, name: string, value: string) =>
  one("aws:rds/parameterGroup:ParameterGroup", { family, parameters: [{ name, value }] });
const log = (name: string, props: object): readonly TestResource[] => [
  { type: "aws:s3/bucket:Bucket", name, props: { bucket: name, id: `${name}-id` } },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    name: `${name}-encryption`,
    props: { bucket: name, ...props },
  },
];
const algorithm = (sseAlgorithm: string) => ({ rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] });
const owned = 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256", not aws:kms';
const denying = (Condition: object | undefined, Action: unknown = "s3:*"): string =>
  JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action, Condition }] });
const insecure = { Bool: { "aws:SecureTransport": "false" } };

export const encryption: Further = {
  "s3-encrypted-with-kms": [
    {
      base: [
        ...log("logs", algorithm("AES256")),
        { type: "aws:s3/bucketLogging:BucketLogging", props: { bucket: "data", targetBucket: "logs-id" } },
      ],
      fails: [
        { at: "targetBucket", to: "other", on: 2, message: owned },
        { at: "bucket", to: "logs", on: 2, message: owned },
        {
          at: "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
          to: "none",
          on: 1,
          message: 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "none", not aws:kms',
        },
      ],
      unknown: [],
    },
    ...["accessLogs", "connectionLogs"].map((field) => ({
      base: [
        ...log("logs", algorithm("AES256")),
        { type: "aws:lb/loadBalancer:LoadBalancer", props: { [field]: { bucket: "logs" } } },
      ],
      fails: [
        { at: `${field}.bucket`, to: "other", on: 2, message: owned },
        { at: "loadBalancerType", to: "network", on: 2, message: owned },
      ],
      passes: [{ at: "loadBalancerType", to: "application", on: 2 }],
      unknown: [],
    })),
  ],
  "s3-bucket-tls-only": [
    {
      base: [bucket, { type: "aws:s3/bucketPolicy:BucketPolicy", props: { bucket: "b", policy: denying(insecure) } }],
      fails: [
        {
          at: "policy",
          on: 1,
          to: denying(undefined),
          message: "its bucket policy does not deny aws:SecureTransport false",
        },
      ],
      passes: [
        { at: "policy", on: 1, to: denying(insecure, ["s3:GetObject", "*"]) },
        {
          at: "policy",
          on: 1,
          to: denying(insecure).replace("[", '[{"Effect":"Allow","Principal":{"AWS":"1"},"Action":"s3:*"},'),
        },
      ],
      unknown: [],
    },
  ],
  "rds-requires-tls": [
    allows(parameters("mysql8.0", "require_secure_transport", "1"), "parameters.0.value", ["1", "ON"]),
    allows(parameters("mariadb11", "require_secure_transport", "1"), "parameters.0.value", ["ON"]),
    leaves(parameters("mysql8.0", "require_secure_transport", "1"), ...parameters("oracle-ee-19", "x", "1")),
  ],
  "lambda-environment-customer-key": [
    leaves(
      one("aws:lambda/function:Function", { environment: { variables: { A: "b" } }, kmsKeyArn: "k" }),
      ...one("aws:lambda/function:Function", { runtime: "nodejs24.x" }),
      ...one("aws:lambda/function:Function", { environment: {} }),
    ),
  ],
  "opensearch-requires-tls": [
    allows(
      one("aws:opensearch/domain:Domain", {
        domainEndpointOptions: { tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" },
      }),
      "domainEndpointOptions.tlsSecurityPolicy",
      ["Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08"],
    ),
  ],
  "cloudfront-https-origins": [
    leaves(
      one("aws:cloudfront/distribution:Distribution", {
        origins: [{ domainName: "b.s3.amazonaws.com" }, { customOriginConfig: null }],
      }),
    ),
    allows(
      one("aws:cloudfront/distribution:Distribution", {
        origins: [{ customOriginConfig: { originProtocolPolicy: "https-only" } }],
      }),
      "origins.0.customOriginConfig.originSslProtocols",
      [["TLSv1.3"], ["TLSv1.2", "TLSv1.3"]],
    ),
  ],
  "lb-listener-tls-1-2": [
    allows(listener({ protocol: "HTTPS", sslPolicy: strong }), "sslPolicy", [
      "ELBSecurityPolicy-TLS13-1-3-2021-06",
      "ELBSecurityPolicy-TLS-1-2-2017-01",
      "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    ]),
    refuses(
      listener({ protocol: "TLS", sslPolicy: strong }),
      "sslPolicy",
      [
        "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
        "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-2016-08",
      ].map((policy) => [policy, `sslPolicy is "${policy}", ${weak}`]),
    ),
    leaves(listener({ protocol: "HTTPS", sslPolicy: strong }), ...listener({ protocol: "TCP" })),
  ],
  "kms-key-rotates": [
    leaves(
      one("aws:kms/key:Key", { customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: true }),
      ...one("aws:kms/key:Key", { customerMasterKeySpec: "RSA_2048" }),
    ),
    refuses(
      one("aws:kms/key:Key", { customerMasterKeySpec: "SYMMETRIC_DEFAULT", enableKeyRotation: true }),
      "enableKeyRotation",
      [[false, "enableKeyRotation is false, not true"]],
    ),
  ],
  "gcp-kms-key-rotates": [
    leaves(
      one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ENCRYPT_DECRYPT", rotationPeriod: "7776000s" }),
      ...one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ASYMMETRIC_SIGN" }),
    ),
    refuses(
      one("gcp:kms/cryptoKey:CryptoKey", { purpose: "ENCRYPT_DECRYPT", rotationPeriod: "7776000s" }),
      "rotationPeriod",
      [["7776001s", 'rotationPeriod is "7776001s", not 7776000s or less']],
    ),
  ],
  "ecr-repository-customer-key": [
    allows(
      one("aws:ecr/repository:Repository", { encryptionConfigurations: [{ encryptionType: "KMS" }] }),
      "encryptionConfigurations.0.encryptionType",
      ["KMS_DSSE"],
    ),
  ],
};
