/** Every call of every operation in double precision, by the oracles. */
package org.tornadogpt.checks.reference;
