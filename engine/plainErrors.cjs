// Loaded into a foreign program's process ahead of Pulumi's SDK, which inspects an uncaught error in colour. Node's
// colouring never ends on a frame such as `node_modules/@scope/file.ts` (`markNodeModules` in lib/internal/util/inspect.js
// looks for a slash behind the package's name), and the SDK's source maps give every trace one. A reader of the message
// here is no terminal anyway.
const util = require("node:util");

const { inspect } = util;
util.inspect = Object.assign(
  (value, options, ...rest) =>
    inspect(value, typeof options === "object" && options !== null ? { ...options, colors: false } : options, ...rest),
  inspect,
);
