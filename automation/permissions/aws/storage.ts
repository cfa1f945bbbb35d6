import { type AwsTable, arnOf, type Subject } from "./row";

const FILES = { service: "elasticfilesystem", by: "tags" } as const;
const fileSystems = ({ place }: Subject) => [arnOf("elasticfilesystem", place, "file-system/*")];

/** Buckets, file systems and repositories. */
export const STORAGE: AwsTable = {
  "aws:s3/bucket:Bucket": {
    service: "s3",
    form: "bare",
    arn: (subject) => [arnOf("s3", subject.place, subject.name("bucket"), "bare")],
    create: "CreateBucket TagResource",
    // What the provider reads of every bucket, whether it is set or not.
    manage:
      "DeleteBucket ListBucket GetBucketLocation GetBucketTagging PutBucketTagging ListTagsForResource UntagResource GetBucketAcl GetBucketCORS GetBucketWebsite GetBucketVersioning GetBucketLogging GetBucketPolicy GetBucketRequestPayment GetAccelerateConfiguration GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration GetBucketObjectLockConfiguration",
    also: (subject) =>
      subject.inputs.forceDestroy === true
        ? [
            {
              service: "s3",
              actions: ["ListBucketVersions", "ListBucketMultipartUploads"],
              resources: [arnOf("s3", subject.place, subject.name("bucket"), "bare")],
            },
            {
              service: "s3",
              actions: ["DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload"],
              resources: [arnOf("s3", subject.place, `${subject.name("bucket")}/*`, "bare")],
            },
          ]
        : [],
  },
  "aws:s3/bucketPolicy:BucketPolicy": { service: "s3", manage: "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy" },
  "aws:s3/bucketVersioning:BucketVersioning": { service: "s3", manage: "GetBucketVersioning PutBucketVersioning" },
  "aws:s3/bucketLogging:BucketLogging": { service: "s3", manage: "GetBucketLogging PutBucketLogging" },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    service: "s3",
    manage: "GetLifecycleConfiguration PutLifecycleConfiguration",
  },
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": {
    service: "s3",
    manage: "GetReplicationConfiguration PutReplicationConfiguration",
  },
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
    service: "s3",
    manage: "GetBucketObjectLockConfiguration PutBucketObjectLockConfiguration",
  },
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
    service: "s3",
    manage: "GetBucketOwnershipControls PutBucketOwnershipControls",
  },
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
    service: "s3",
    manage: "GetBucketPublicAccessBlock PutBucketPublicAccessBlock",
  },
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
    service: "s3",
    manage: "GetEncryptionConfiguration PutEncryptionConfiguration",
  },
  "aws:efs/fileSystem:FileSystem": {
    ...FILES,
    arn: fileSystems,
    create: "CreateFileSystem",
    createsUnnamed: true,
    claim: "TagResource",
    manage:
      "DescribeFileSystems DescribeLifecycleConfiguration DescribeReplicationConfigurations ListTagsForResource PutLifecycleConfiguration UpdateFileSystem UpdateFileSystemProtection DeleteFileSystem TagResource UntagResource",
    through: "elasticfilesystem",
    linkedRoles: ["elasticfilesystem.amazonaws.com"],
  },
  "aws:efs/fileSystemPolicy:FileSystemPolicy": {
    ...FILES,
    manage: "DescribeFileSystemPolicy PutFileSystemPolicy DeleteFileSystemPolicy",
  },
  "aws:efs/backupPolicy:BackupPolicy": {
    ...FILES,
    manage: "DescribeBackupPolicy PutBackupPolicy",
    linkedRoles: ["backup.amazonaws.com"],
  },
  "aws:efs/mountTarget:MountTarget": {
    ...FILES,
    manage:
      "CreateMountTarget DescribeMountTargets DescribeMountTargetSecurityGroups ModifyMountTargetSecurityGroups DeleteMountTarget",
    // EFS makes the interface with the rights of whoever asks for the target.
    also: ({ place }) => [
      {
        service: "ec2",
        actions: ["DescribeSubnets", "DescribeNetworkInterfaces"],
        resources: ["*"],
      },
      {
        service: "ec2",
        actions: ["CreateNetworkInterface"],
        resources: ["network-interface", "subnet", "security-group"].map((kind) => arnOf("ec2", place, `${kind}/*`)),
        condition: { StringEquals: { "aws:CalledViaLast": "elasticfilesystem.amazonaws.com" } },
        reason: "EFS makes a target's interface, without tags, with the rights of whoever asks for it",
      },
    ],
  },
  "aws:efs/accessPoint:AccessPoint": {
    ...FILES,
    arn: ({ place }) => [arnOf("elasticfilesystem", place, "access-point/*")],
    claim: "TagResource",
    manage: "CreateAccessPoint DescribeAccessPoints DeleteAccessPoint ListTagsForResource TagResource UntagResource",
  },
  "aws:ecr/repository:Repository": {
    service: "ecr",
    arn: (subject) => [arnOf("ecr", subject.place, `repository/${subject.name("name")}`)],
    create: "CreateRepository TagResource",
    manage:
      "DescribeRepositories DeleteRepository ListTagsForResource PutImageScanningConfiguration PutImageTagMutability UntagResource BatchDeleteImage",
    through: "ecr",
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    service: "ecr",
    manage: "GetLifecyclePolicy PutLifecyclePolicy DeleteLifecyclePolicy",
  },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": {
    service: "ecr",
    manage: "GetRepositoryPolicy SetRepositoryPolicy DeleteRepositoryPolicy",
  },
};
