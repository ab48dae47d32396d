import fc from 'fast-check';

// A property that holds on a mutant costs all its runs, thousands of times over. What kills mutants are the first ones.
fc.configureGlobal({ ...fc.readConfigureGlobal(), interruptAfterTimeLimit: 250, markInterruptAsFailure: false });
