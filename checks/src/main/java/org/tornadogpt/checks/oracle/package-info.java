/**
 * What operations compute, once more in double precision: plain loops, and no library that an SDK brings an older
 * version of.
 */
package org.tornadogpt.checks.oracle;
