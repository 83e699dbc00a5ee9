/** Made by web/build/endpoints-module.ts while the dashboard is built. */
declare module 'virtual:endpoints' {
  // A declaration of a module can take what it needs in this way only.
  // oxlint-disable-next-line typescript/consistent-type-imports
  type Contract = import('../../src/api/contract/all.ts').Contract;
  const endpoints: {
    readonly [Name in keyof Contract]: readonly [
      name: Name,
      method: string,
      path: string,
      role: Contract[Name]['role'],
    ];
  };
  export = endpoints;
}

declare module '*.css';
