// Functions that applications wrap callbacks in. Some keep the length of the callback, and some
// don't.
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks')
const { deprecate } = require('node:util')
const _ = require('lodash')

let deprecations = 0

exports.WRAPPERS = {
  none: (verify) => verify,
  'util.deprecate()': (verify) => deprecate(verify, 'old', `TEST${(deprecations += 1)}`),
  '(...args) => f(...args)':
    (verify) =>
    (...args) =>
      verify(...args),
  'f.bind()': (verify) => verify.bind(null),
  'AsyncResource.bind()': (verify) => AsyncResource.bind(verify),
  'AsyncLocalStorage.bind()': (verify) => AsyncLocalStorage.bind(verify),
  '_.partial()': (verify) => _.partial(verify),
  '_.flow()': (verify) => _.flow(verify, _.identity),
  '_.wrap()': (verify) => _.wrap(verify, (inner, ...args) => inner(...args)),
  '_.once()': (verify) => _.once(verify),
}
