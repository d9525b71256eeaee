/** The error that a promise is rejected with. */
export async function rejectedWith(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error("The promise wasn't rejected")
}
