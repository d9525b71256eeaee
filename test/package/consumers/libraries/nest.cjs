// Strategies as NestJS makes them: @nestjs/passport passes (...params), which has the length 0
// unless the option `callbackArity` sets another length.
require('reflect-metadata')
const { PassportStrategy } = require('@nestjs/passport')

const ARITIES = {
  'without callbackArity': undefined,
  'callbackArity: true': true,
  'callbackArity: 1': 1,
}

/** Each entry has a title, the length of verify, and the class to make. */
exports.nestStrategies = (Strategy, users) =>
  Object.entries(ARITIES).flatMap(([title, arity]) =>
    Object.entries({
      validate: (cert) => users.get(cert.subject.CN),
      'async validate': async (cert) => users.get(cert.subject.CN),
    }).map(([form, validate]) => ({
      title: `${form}, ${title}`,
      length: arity === true ? validate.length + 1 : (arity ?? 0),
      make(name) {
        class NestStrategy extends PassportStrategy(Strategy, name, arity) {
          // `callbackArity: true` reads the number of these parameters.
          validate(cert) {
            return validate(cert)
          }
        }
        return new NestStrategy()
      },
    })),
  )
