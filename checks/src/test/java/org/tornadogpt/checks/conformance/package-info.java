/**
 * What every variant of an operation must do, whoever wrote it: forward and backward against oracles in double
 * precision. The tests find variants where everything finds them, so a newly registered one is tested with no edit
 * here.
 */
package org.tornadogpt.checks.conformance;
