/** Where the text comes from: sources, strict decoding, the split into training and validation, seeded batches. */
package org.tornadogpt.trainer.data;
