// Types that Koa lacks: koa-passport has none, and Koa's own types need one that isn't in the
// release of content-disposition that npm installs.
declare module 'koa-passport' {
  export { default } from 'passport'
}

declare module 'content-disposition' {
  interface Options {
    type?: string
    fallback?: string | boolean
  }
}
