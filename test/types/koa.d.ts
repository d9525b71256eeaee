// What the types of Koa lack: koa-passport has none of its own, and those of Koa ask for a type that
// is not in the release of content-disposition that npm puts beside them.
declare module 'koa-passport' {
  export { default } from 'passport'
}

declare module 'content-disposition' {
  interface Options {
    type?: string
    fallback?: string | boolean
  }
}
