/** Whether two types are the very same; `any` is the same as nothing but itself. */
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- T is what both are compared under */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
