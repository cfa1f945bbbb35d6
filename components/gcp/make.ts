/** A component's way of making a child is the same on every cloud. */
export type { Make } from "../aws/make";
