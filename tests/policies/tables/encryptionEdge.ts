import { type CaseTable, filled, one } from "../cases";
import { release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const KEY = "arn:aws:kms:us-east-1:111122223333:key/1234";
const GCP_KEY = "projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k";
const distribution = one("aws:cloudfront/distribution:Distribution", {
  defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
  orderedCacheBehaviors: [{ viewerProtocolPolicy: "https-only" }],
  viewerCertificate: {
    acmCertificateArn: "arn:aws:acm:us-east-1:1:certificate/c",
    minimumProtocolVersion: "TLSv1.2_2021",
  },
  origins: [{ customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] } }],
});
const https = one("aws:lb/listener:Listener", {
  port: 443,
  protocol: "HTTPS",
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  defaultActions: [{ type: "forward" }],
});
const http = one("aws:lb/listener:Listener", {
  port: 80,
  protocol: "HTTP",
  defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
});
const tlsStatement = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const policyText = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const bucket: readonly TestResource[] = [
  { type: "aws:s3/bucket:Bucket", name: "shop", props: { bucket: "shop" } },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    props: {
      bucket: "shop",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } }],
    },
  },
  { type: "aws:s3/bucketPolicy:BucketPolicy", props: { bucket: "shop", policy: policyText(tlsStatement) } },
];
const storageClass = one("kubernetes:storage.k8s.io/v1:StorageClass", {
  provisioner: "ebs.csi.aws.com",
  parameters: { type: "gp3", encrypted: "true" },
});

export const table: CaseTable = {
  "s3-encrypted-with-kms": {
    base: bucket,
    fails: [
      {
        at: "rules.0.applyServerSideEncryptionByDefault.sseAlgorithm",
        to: "AES256",
        on: 1,
        message: 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm is "AES256", not aws:kms',
      },
      { at: "rules", to: [], on: 1, message: "rules is empty" },
    ],
    unknown: [{ at: "rules", on: 1 }],
  },
  "s3-bucket-has-encryption": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no BucketServerSideEncryptionConfiguration names the bucket" },
      { at: "bucket", to: "other", on: 1, message: "no BucketServerSideEncryptionConfiguration names the bucket" },
    ],
    unknown: [{ at: "bucket", on: 1 }],
  },
  "s3-bucket-tls-only": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 2, message: "no bucket policy names the bucket" },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Effect: "Allow" }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Action: "s3:GetObject" }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Principal: { AWS: "arn:aws:iam::1:root" } }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
      {
        at: "policy",
        to: policyText({ ...tlsStatement, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
        on: 2,
        message: "its bucket policy does not deny aws:SecureTransport false",
      },
    ],
    unknown: [{ at: "policy", on: 2 }],
  },
  "gcs-customer-key": filled("gcp:storage/bucket:Bucket", "encryption.defaultKmsKeyName", GCP_KEY),
  "s3-object-encryption-kept": {
    base: one("aws:s3/bucketObjectv2:BucketObjectv2", { serverSideEncryption: "aws:kms" }),
    fails: [{ at: "serverSideEncryption", to: "AES256", message: 'serverSideEncryption is "AES256", not aws:kms' }],
    unknown: ["serverSideEncryption"],
  },
  "cloudfront-https-viewers": {
    base: distribution,
    fails: [
      {
        at: "defaultCacheBehavior.viewerProtocolPolicy",
        to: "allow-all",
        message: 'defaultCacheBehavior.viewerProtocolPolicy is "allow-all"',
      },
      {
        at: "orderedCacheBehaviors.0.viewerProtocolPolicy",
        to: "allow-all",
        message: 'orderedCacheBehaviors[0].viewerProtocolPolicy is "allow-all"',
      },
    ],
    unknown: ["defaultCacheBehavior.viewerProtocolPolicy"],
  },
  "cloudfront-tls-1-2": {
    base: distribution,
    fails: [
      {
        at: "viewerCertificate.minimumProtocolVersion",
        to: "TLSv1.1_2016",
        message: 'viewerCertificate.minimumProtocolVersion is "TLSv1.1_2016"',
      },
      {
        at: "viewerCertificate.cloudfrontDefaultCertificate",
        to: true,
        message: "viewerCertificate is CloudFront's own, which allows TLS 1.0",
      },
    ],
    unknown: ["viewerCertificate", "viewerCertificate.minimumProtocolVersion"],
  },
  "cloudfront-https-origins": {
    base: distribution,
    fails: [
      {
        at: "origins.0.customOriginConfig.originProtocolPolicy",
        to: "match-viewer",
        message: 'origins[0].customOriginConfig.originProtocolPolicy is "match-viewer"',
      },
      {
        at: "origins.0.customOriginConfig.originSslProtocols",
        to: ["TLSv1", "TLSv1.2"],
        message: "origins[0].customOriginConfig.originSslProtocols allows TLSv1",
      },
    ],
    unknown: ["origins"],
  },
  "lb-listener-tls-1-2": {
    base: https,
    fails: [
      "ELBSecurityPolicy-2016-08",
      "ELBSecurityPolicy-TLS13-1-0-2021-06",
      "ELBSecurityPolicy-TLS13-1-1-2021-06",
      "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    ].map((policy) => ({
      at: "sslPolicy",
      to: policy,
      message: `sslPolicy is "${policy}", which is not one of TLS 1.2 or later with forward secrecy`,
    })),
    unknown: ["sslPolicy"],
  },
  "lb-http-redirects": {
    base: http,
    fails: [
      {
        at: "defaultActions.0.type",
        to: "forward",
        message: 'defaultActions[0] is "forward", not a redirect to HTTPS',
      },
      {
        at: "defaultActions.0.redirect.protocol",
        to: "HTTP",
        message: 'defaultActions[0] is "redirect", not a redirect to HTTPS',
      },
    ],
    unknown: ["protocol", "defaultActions"],
  },
  "gcp-ssl-policy-tls-1-2": {
    base: one("gcp:compute/sSLPolicy:SSLPolicy", { minTlsVersion: "TLS_1_2" }),
    fails: [{ at: "minTlsVersion", to: "TLS_1_0", message: 'minTlsVersion is "TLS_1_0", not TLS_1_2 or TLS_1_3' }],
    unknown: ["minTlsVersion"],
  },
  "gcp-https-proxy-has-tls-policy": filled("gcp:compute/targetHttpsProxy:TargetHttpsProxy", "sslPolicy", "policy"),
  "storage-class-encrypted": {
    base: [
      ...storageClass,
      {
        type: "kubernetes:storage.k8s.io/v1:StorageClass",
        props: { provisioner: "pd.csi.storage.gke.io", parameters: { "disk-encryption-kms-key": GCP_KEY } },
      },
    ],
    fails: [
      { at: "parameters.encrypted", to: DELETE, message: "parameters.encrypted is unset, not true" },
      { at: "parameters", to: {}, on: 1, message: "parameters.disk-encryption-kms-key is not set" },
    ],
    unknown: ["parameters.encrypted", "provisioner"],
  },
  "helm-tls-on": {
    base: [release],
    fails: [
      { at: "values.tls.enabled", to: false, message: "values.tls.enabled is false" },
      { at: "values.server.tls", to: false, message: "values.server.tls is false" },
      { at: "values.server.insecureSkipVerify", to: true, message: "values.server.insecureSkipVerify is true" },
    ],
    unknown: ["values.tls.enabled"],
  },
};
