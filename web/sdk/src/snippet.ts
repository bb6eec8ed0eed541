// The snippet: a stub that keeps calls until the script is there. Goes into the page itself, so it stays small.

((name: string) => {
  const scope = window as any;
  scope.rapportName = name;
  const stub: any = (scope[name] = scope[name] || []);
  if (stub.load) return;
  'identify track page screen group alias reset ready on once off consent trackLink trackForm trackClick trackSubmit pageview setAnonymousId addSourceMiddleware addDestinationMiddleware debug timeout use flush'
    .split(' ')
    .forEach((method) => {
      stub[method] = (...given: unknown[]) => (stub.push([method, ...given]), stub);
    });
  stub.load = (key: string, options: any) => {
    const script = document.createElement('script');
    script.async = true;
    script.src = options.host + '/sdk/rapport.js';
    stub.push(['load', key, options]);
    document.head.append(script);
    return stub;
  };
})('rapport');
