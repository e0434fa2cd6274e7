/** The set of test runners that are not depended on, for `published`. */
export const RUNNERS = ['runners-1', ['jest@30.5.2', 'mocha@11.8.0']] as const;
