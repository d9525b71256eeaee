import { expect } from 'chai'

const PREFIX = 'passport-client-certificate-auth: '

/** Checks the error for an argument or option that can't be used. */
export function expectArgumentError(error: unknown, code: 'TYPE' | 'VALUE', message: string): void {
  expect(error).to.be.instanceOf(TypeError)
  expect(error).to.include({ code: `ERR_INVALID_ARG_${code}`, message: PREFIX + message })
}

/** Calls a function, and returns what it throws. */
export function catchError(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  throw new Error('The function returned')
}
