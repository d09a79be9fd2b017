/** JMH benchmarks and the step-level speed command. */
package org.tornadogpt.bench;
