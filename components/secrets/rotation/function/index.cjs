/**
 * What Lambda calls for each step of a rotation. It brings what the steps use: the SDK of Lambda's own runtime, and the
 * stores. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-lambda-functions.html
 */
const { ElastiCache } = require("@aws-sdk/client-elasticache");
const { RDS } = require("@aws-sdk/client-rds");
const { SecretsManager } = require("@aws-sdk/client-secrets-manager");
const { setTimeout: sleep } = require("node:timers/promises");
const { rotate } = require("./rotate.cjs");
const stores = require("./stores.cjs");

const CLIENTS = { elasticache: ElastiCache, rds: RDS, secretsmanager: SecretsManager };

/** Left of a step's time to say what went wrong. */
const LAST_WORDS_MS = 5_000;

const clients = new Map();

/**
 * One call of AWS.
 * @param {keyof typeof CLIENTS} service
 * @param {string} operation as the SDK calls it
 * @param {Record<string, unknown>} input
 * @param {string} [region] @default the function's own
 */
function call(service, operation, input, region = process.env.AWS_REGION) {
  const key = `${service}/${region}`;
  const client = clients.get(key) ?? new CLIENTS[service]({ region });
  clients.set(key, client);
  return client[operation](input);
}

exports.handler = async (event, context) =>
  rotate(event, {
    settings: JSON.parse(process.env.ROTATION),
    call,
    ...stores,
    sleep,
    remaining: () => context.getRemainingTimeInMillis() - LAST_WORDS_MS,
    log: (line) => console.info(line),
  });
