// Express 4 comes without types, and the tests use it like Express 5.
declare module 'express4' {
  export { default } from 'express'
}
