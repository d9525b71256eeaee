// Strategies as NestJS makes them: @nestjs/passport passes (...params), which has the length 0 unless its
// option `callbackArity` gives it another.
require('reflect-metadata')
const { PassportStrategy } = require('@nestjs/passport')

const ARITIES = {
  'without callbackArity': undefined,
  'callbackArity: true': true,
  'callbackArity: 1': 1,
}

/** Lists of a title, the length that verify has, and a class to make. */
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
          // The number of its parameters is what `callbackArity: true` looks at.
          validate(cert) {
            return validate(cert)
          }
        }
        return new NestStrategy()
      },
    })),
  )
