/** Whether two types are identical; `any` only equals itself. */
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- T makes the two types comparable */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
