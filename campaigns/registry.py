"""The campaigns by name."""

from campaigns.arrays import Arrays
from campaigns.campaign import Campaign
from campaigns.disk import Disk
from campaigns.folders import Folders
from campaigns.hostile import Hostile
from campaigns.kills import Kills

CAMPAIGNS: dict[str, Campaign] = {
    "folders": Folders(),
    "arrays": Arrays(),
    "kills": Kills(),
    "disk": Disk(),
    "hostile": Hostile(),
}
