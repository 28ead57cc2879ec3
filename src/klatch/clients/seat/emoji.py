"""Emoji by the words that people type between colons."""

from typing import Final

# The ones that people use most; a word may stand for one only.
_TABLE: Final = """
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 heart ❤ tada 🎉 joy 😂 smile 😄 grin 😁 laughing 😆
sweat_smile 😅 wink 😉 blush 😊 thinking 🤔 eyes 👀 fire 🔥 rocket 🚀 clap 👏 pray 🙏
wave 👋 ok_hand 👌 muscle 💪 raised_hands 🙌 handshake 🤝 check ✅ white_check_mark ✅
x ❌ no ❌ yes ✅ warning ⚠ question ❓ exclamation ❗ hundred 💯 100 💯 star ⭐
sparkles ✨ zap ⚡ boom 💥 bulb 💡 bug 🐛 wrench 🔧 hammer 🔨 gear ⚙ lock 🔒 key 🔑 mag 🔍
memo 📝 pencil 📝 book 📖 books 📚 link 🔗 paperclip 📎 calendar 📅 clock 🕐 hourglass ⌛
bell 🔔 email 📧 package 📦 chart 📈 computer 💻 phone 📱 camera 📷 coffee ☕ tea 🍵
cake 🍰 pizza 🍕 beer 🍺 wine 🍷 apple 🍎 cookie 🍪 croissant 🥐 sun ☀ cloud ☁ rain 🌧
snow ❄ rainbow 🌈 moon 🌙 earth 🌍 tree 🌳 flower 🌸 rose 🌹 cat 🐱 dog 🐶 bird 🐦 fish 🐟
snake 🐍 penguin 🐧 turtle 🐢 cry 😢 sob 😭 angry 😠 rage 😡 scream 😱 sleeping 😴
sunglasses 😎 nerd 🤓 upside_down 🙃 neutral 😐 confused 😕 worried 😟 flushed 😳
relieved 😌 yum 😋 kiss 😘 hug 🤗 shush 🤫 facepalm 🤦 shrug 🤷 party 🥳 poop 💩 ghost 👻
robot 🤖 alien 👽 skull 💀 broken_heart 💔 blue_heart 💙 green_heart 💚 yellow_heart 💛
purple_heart 💜 point_up 👆 point_right 👉 point_left 👈 point_down 👇 v ✌
crossed_fingers 🤞 writing_hand ✍ art 🎨 music 🎵 guitar 🎸 game 🎮 trophy 🏆 medal 🏅
soccer ⚽ bike 🚲 car 🚗 train 🚆 plane ✈ ship 🚢 house 🏠 office 🏢 construction 🚧
stop 🛑 recycle ♻ money 💰 gift 🎁 balloon 🎈 crystal_ball 🔮 syringe 💉 pill 💊
magnet 🧲 microscope 🔬 telescope 🔭 test_tube 🧪 dna 🧬 salute 🫡
"""

_WORDS: Final = [word for line in _TABLE.splitlines() for word in line.split()]

EMOJI: Final[dict[str, str]] = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
# What one is offered for a reaction first.
OFTEN: Final = ("👍", "❤", "😂", "🎉", "👀", "✅", "🙏", "☕")


def find_emoji(words: str, most: int = 50) -> list[tuple[str, str]]:
    """Word and emoji for what was typed: those that begin so first, then those that hold it."""
    words = words.casefold()
    begins = [pair for pair in EMOJI.items() if pair[0].startswith(words)]
    holds = [pair for pair in EMOJI.items() if words in pair[0] and not pair[0].startswith(words)]
    return (begins + holds)[:most]


def find_reactions(typed: str) -> list[tuple[str, str]]:
    """Word and emoji of what to choose a reaction from; at first the ones that are used most."""
    words = typed.strip().strip(":")
    often = [(name, emoji) for emoji in OFTEN for name, known in EMOJI.items() if known == emoji]
    return find_emoji(words) if words else list({emoji: (name, emoji) for name, emoji in often}.values())
