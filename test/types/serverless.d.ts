// The types of serverless-express ask for those of aws-lambda, which nothing installs.
declare module 'aws-lambda' {
  export type Handler<Event, Result> = (
    event: Event,
    context: object,
    callback: () => void,
  ) => Promise<Result>
}
