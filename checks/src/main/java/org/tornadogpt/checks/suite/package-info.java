/**
 * Holds a variant to its operation's contract and says in a sentence where it breaks it: {@code tgpt kernels check}.
 */
package org.tornadogpt.checks.suite;
