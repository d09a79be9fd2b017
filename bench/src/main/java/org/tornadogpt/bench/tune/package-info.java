/** Tries values of constants of a kernel's source file: each is compiled and raced in a JVM of its own. */
package org.tornadogpt.bench.tune;
