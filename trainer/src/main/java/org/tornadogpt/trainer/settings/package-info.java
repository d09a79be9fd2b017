/** What a run can be told: the table of keys, presets, configuration files, and one record for each concern. */
package org.tornadogpt.trainer.settings;
